// Why a file is not taken, in the sentences that the server has for it.

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export const malformed = (message) => new Refusal("MALFORMED_FASTA", message);

/** Text in quotes; what cannot be seen is written as its number. */
export function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const shown = [...text].map((sign) => {
    if (sign === "\\" || sign === quote) return `\\${sign}`;
    const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[sign];
    return named ?? (sign !== " " && isUnseen(sign) ? numbered(sign) : sign);
  });
  return quote + shown.join("") + quote;
}

function numbered(sign) {
  const code = sign.codePointAt(0);
  const hex = (digits) => code.toString(16).padStart(digits, "0");
  if (code < 0x100) return `\\x${hex(2)}`;
  return code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

/** Whether there is a sign in the text that would be there and never be seen. */
export const isUnseen = (text) => /[\p{C}\p{Z}]/u.test(text);
