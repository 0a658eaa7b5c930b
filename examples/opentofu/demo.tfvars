name  = "shop"
parts = ["www", "api", "static"]
