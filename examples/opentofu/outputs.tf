output "hosts" {
  description = "The host of each part."
  value       = local.hosts
}

output "labels" {
  description = "The labels of everything that belongs to the site."
  value       = module.labels.labels
}
