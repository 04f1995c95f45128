from jinja2 import Environment, PackageLoader

templates = Environment(loader=PackageLoader("letters"), autoescape=True)


def confirmation(customer, item):
    return templates.get_template("confirmation.txt").render(customer=customer, item=item)
