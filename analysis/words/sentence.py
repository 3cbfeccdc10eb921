"""The book every sentence of a report is written in, once."""

from __future__ import annotations

from analysis.words.answer import Sentence


class SentenceBook:
    """Sentences by id, in the order they were said."""

    def __init__(self) -> None:
        self._sentences: dict[str, Sentence] = {}

    def say(self, sentence: Sentence) -> str:
        """Write the sentence down and give its text."""
        self._sentences[sentence.id] = sentence
        return sentence.text

    def rows(self) -> list[dict[str, object]]:
        """Give every sentence: id, rule, text, numbers."""
        return [
            {"id": s.id, "rule": s.rule, "text": s.text, "numbers": list(s.numbers)}
            for s in self._sentences.values()
        ]
