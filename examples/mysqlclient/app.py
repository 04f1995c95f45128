import os

import MySQLdb
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def client():
    return f"MySQL client {MySQLdb.get_client_info()}\n"


@app.get("/tables")
def tables():
    connection = MySQLdb.connect(
        host=os.environ.get("MYSQL_HOST", "db"),
        user=os.environ.get("MYSQL_USER", "app"),
        password=os.environ.get("MYSQL_PASSWORD", ""),
        database=os.environ.get("MYSQL_DATABASE", "app"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        return jsonify([name for (name,) in cursor.fetchall()])


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
