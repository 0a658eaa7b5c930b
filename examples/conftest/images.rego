# Images come from the registries of this house, and by a version.
package main

deny contains message if {
	some container in input.spec.template.spec.containers
	not is_ours(container.image)
	message := sprintf("%s: the registry of %q is none of %v", [container.name, container.image, data.registries])
}

deny contains message if {
	some container in input.spec.template.spec.containers
	endswith(container.image, ":latest")
	message := sprintf("%s: %q is no version", [container.name, container.image])
}

is_ours(image) if {
	some registry in data.registries
	startswith(image, sprintf("%s/", [registry]))
}
