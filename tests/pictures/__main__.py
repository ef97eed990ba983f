"""``make pictures``: play the story and draw it into docs/pictures. Needs act, npm's packages and Chromium."""

from __future__ import annotations

from tests.pictures import comment, transcript
from tests.pictures.files import COMMENTS, TRANSCRIPT
from tests.pictures.story import play


def main() -> None:
    """Write the pictures."""
    told = play()
    TRANSCRIPT.parent.mkdir(exist_ok=True)
    TRANSCRIPT.write_text(transcript.svg(transcript.lines_of(told)), encoding="utf-8")
    for scheme, file in COMMENTS.items():
        file.write_bytes(comment.png(told[0].comments[0], scheme))


if __name__ == "__main__":
    main()
