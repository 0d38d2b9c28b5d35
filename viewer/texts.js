// Many texts to be searched at once: in one string, by the browser's own search.

const PART = 2 ** 16;
const known = new WeakMap();

class Part {
  constructor(texts) {
    const joined = texts.join("\n");
    const lowered = joined.toLowerCase();
    // A few letters become two.
    const same = lowered.length === joined.length;
    this.text = lowered;
    this.starts = new Uint32Array(texts.length + 1);
    for (let row = 0; row < texts.length; row += 1) {
      this.starts[row + 1] = this.starts[row] + (same ? texts[row] : texts[row].toLowerCase()).length + 1;
    }
  }

  /** Set the flags from `first` on of the texts that have a word. */
  mark(word, flags, first) {
    let row = 0;
    for (let at = this.text.indexOf(word); at >= 0; at = this.text.indexOf(word, this.starts[row + 1])) {
      row = this.rowOf(at, row);
      flags[first + row] = 1;
    }
  }

  /** The text that a place is in, which is `least` or later. */
  rowOf(at, least) {
    let [low, high] = [least, this.starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** One flag for each of the texts, an array that stays as it is: whether it has a word, in whatever case. */
export async function having(texts, word, rest) {
  if (!known.has(texts)) known.set(texts, []);
  const parts = known.get(texts);
  const flags = new Uint8Array(texts.length);
  for (let first = 0; first < texts.length; first += PART) {
    const part = (parts[first / PART] ??= new Part(texts.slice(first, first + PART)));
    part.mark(word, flags, first);
    await rest();
  }
  return flags;
}
