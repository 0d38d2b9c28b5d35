"""Keep identifiers unique; where fields of headers repeat, keep whole words of the file."""

from steps.normalize.identifiers import Identifier


class Repeated(Exception):
    """An identifier was there before, on `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class UniqueIdentifiers:
    """All identifiers of a file.

    Attributes:
        whole_words: whether unsure identifiers are whole first words. It becomes true where one
            repeats or is damaged; those added before are then no longer what they were.
    """

    def __init__(self, whole_words: bool) -> None:
        self.whole_words = whole_words
        self._lines: dict[str, int] = {}
        #: Unsure identifier -> its whole word.
        self._words: dict[str, str] = {}

    def add(self, found: Identifier, line: int) -> str:
        """Return the identifier, as it is in this file.

        Raises:
            Repeated: it was added before.
        """
        if found.is_damaged and not self.whole_words:
            self._keep_words()
        unsure = found.unsure and not self.whole_words
        text = found.word if found.unsure and self.whole_words else found.text
        first = self._lines.setdefault(text, line)
        if first == line:
            if unsure:
                self._words[text] = found.word
            return text
        if not (unsure or text in self._words):
            raise Repeated(first)
        self._keep_words()
        return self.add(found, line)

    def _keep_words(self) -> None:
        self.whole_words = True
        for text, word in self._words.items():
            self._lines[word] = self._lines.pop(text)
        self._words = {}
