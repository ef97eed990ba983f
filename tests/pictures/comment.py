"""The comment on the pull request as a page and as a picture: GitHub's own Markdown renderer, and styles of our own."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from tests.outputs.gfm_renderer import html_of

WIDTH = 900
SCHEMES = ("light", "dark")
_CHANGING = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{40}\b|`[0-9a-f]{16}`"
)
"""What differs from run to run: ids of calls and of mappings, commits, and findings' ids, which follow from those."""
_KEYWORD = b"Source"
_STYLE = """
:root { --page: #fff; --text: #1f2328; --edge: #d1d9e0; --head: #f6f8fa; --code: #eff1f3; --link: #0757ba }
.dark { --page: #0d1117; --text: #f0f6fc; --edge: #3d444d; --head: #151b23; --code: #232a33; --link: #6cb0ff }
* { box-sizing: border-box }
body { margin: 0; padding: 12px; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif }
article { border: 1px solid var(--edge); border-radius: 6px }
header { padding: 8px 16px; background: var(--head); border-bottom: 1px solid var(--edge); border-radius: 6px 6px 0 0 }
main { padding: 4px 16px 8px }
h3 { font-size: 18px; margin: 12px 0 } h4 { margin: 14px 0 6px } p { margin: 8px 0 }
table { border-collapse: collapse; font-size: 12.5px } th { text-align: left }
th, td { border: 1px solid var(--edge); padding: 5px 9px; vertical-align: top }
code, pre { font: 85%/1.45 "DejaVu Sans Mono", monospace; background: var(--code); border-radius: 4px }
code { padding: 2px 4px } pre { padding: 10px } pre code { padding: 0; font-size: 100% }
a { color: var(--link); text-decoration: none } details { margin: 6px 0 }
"""


def settled(markdown: str) -> str:
    """Write zeros for what differs from run to run; none of it is seen while the details are folded."""
    return _CHANGING.sub(lambda found: re.sub("[0-9a-f]", "0", found[0]), markdown)


def page(markdown: str, scheme: str) -> str:
    """Give the comment as a web page that needs nothing from elsewhere; ``scheme`` is one of :data:`SCHEMES`."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>The comment</title><style>{_STYLE}</style>'
        f'<body class="{scheme}"><article><header><b>github-actions</b> bot</header>'
        f"<main>{html_of(settled(markdown))}</main></article></body></html>"
    )


def fingerprint(markdown: str, scheme: str) -> str:
    """Name a page by its content."""
    return hashlib.sha256(page(markdown, scheme).encode()).hexdigest()


def png(markdown: str, scheme: str) -> bytes:
    """Take a picture of the page with Chromium, without the empty space below; it carries the page's fingerprint."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "pictures are taken with Chromium (Debian's chromium)"
    with tempfile.TemporaryDirectory(prefix="tfdrift-gate-pictures-") as name:
        folder = Path(name)
        file = folder / "page.html"
        file.write_text(page(markdown, scheme), encoding="utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={folder / 'profile'}", "--hide-scrollbars", "--force-device-scale-factor=1.25"]
        height = _height([*command, "--virtual-time-budget=1000", "--dump-dom"], folder, page(markdown, scheme))
        command += [f"--window-size={WIDTH},{height}", f"--screenshot={folder / 'page.png'}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return _with_text((folder / "page.png").read_bytes(), fingerprint(markdown, scheme).encode())


def _height(command: list[str], folder: Path, html: str) -> int:
    """Ask Chromium how high the page is, in its own pixels."""
    script = "<script>document.title = document.body.scrollHeight</script>"
    file = folder / "measured.html"
    file.write_text(html.replace("</body>", f"{script}</body>"), encoding="utf-8")
    done = subprocess.run(
        [*command, f"--window-size={WIDTH},100", file.as_uri()], check=True, capture_output=True, text=True, timeout=120
    )
    found = re.search(r"<title>(\d+)</title>", done.stdout)
    assert found, done.stderr
    return int(found[1])


def _with_text(picture: bytes, text: bytes) -> bytes:
    """Put a text chunk behind a PNG's header (https://www.w3.org/TR/png-3/, 11.3.3.2)."""
    header = 8 + 25
    body = b"tEXt" + _KEYWORD + b"\0" + text
    return (
        picture[:header]
        + struct.pack(">I", len(body) - 4)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + picture[header:]
    )


def carried(picture: bytes) -> str:
    """Read the fingerprint that a picture carries."""
    _, _, rest = picture.partition(b"tEXt" + _KEYWORD + b"\0")
    return rest[:64].decode()
