from letters import confirmation
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def order(request):
    query = request.query_params
    return PlainTextResponse(confirmation(query.get("customer", "customer"), request.path_params["item"]) + "\n")


app = Starlette(routes=[Route("/order/{item}", order)])
