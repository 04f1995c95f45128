import MySQLdb

print(MySQLdb.get_client_info())
