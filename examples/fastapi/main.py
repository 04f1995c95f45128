from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

app = FastAPI(title="Notes")
notes: list["Note"] = []


class Note(BaseModel):
    text: str
    done: bool = False


@app.get("/api/notes")
def all_notes() -> list[Note]:
    return notes


@app.post("/api/notes", status_code=201)
def add(note: Note) -> Note:
    notes.append(note)
    return note


app.mount("/", StaticFiles(directory=Path(__file__).parent / "static", html=True))
