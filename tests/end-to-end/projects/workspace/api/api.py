import shared, structlog

print("api", shared.NAME)
