package main

deployment(image) := {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}}

test_ours if {
	count(deny) == 0 with input as deployment("ghcr.io/acme/web:1.0.0")
}

test_theirs if {
	count(deny) == 1 with input as deployment("docker.io/library/nginx:1.29.1")
}

test_latest if {
	count(deny) == 1 with input as deployment("ghcr.io/acme/web:latest")
}
