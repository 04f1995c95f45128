import shared, apscheduler

print("worker", shared.NAME)
