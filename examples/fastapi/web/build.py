"""Puts the pages into dist/, with the hash of each style sheet and script in its name, so that browsers may keep them."""

import hashlib
from pathlib import Path

here = Path(__file__).parent
dist = here / "dist"
dist.mkdir(exist_ok=True)

names = {}
for path in [*here.glob("*.css"), *here.glob("*.js")]:
    content = path.read_bytes()
    names[path.name] = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:8]}{path.suffix}"
    (dist / names[path.name]).write_bytes(content)

for path in here.glob("*.html"):
    text = path.read_text()
    for name, hashed in names.items():
        text = text.replace(f'"{name}"', f'"{hashed}"')
    (dist / path.name).write_text(text)
