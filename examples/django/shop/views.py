import psycopg
from django.db import OperationalError, connection
from django.http import JsonResponse
from django.shortcuts import render


def window(request):
    return render(request, "shop/window.html", {"libpq": psycopg.pq.version()})


def health(request):
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return JsonResponse({"database": str(error)}, status=503)
    return JsonResponse({"database": "well"})
