from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def greet(name: str = "World"):
    return {"greeting": f"Hello, {name}!"}
