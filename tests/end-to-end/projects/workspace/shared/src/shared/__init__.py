import flask

NAME = "shared"
