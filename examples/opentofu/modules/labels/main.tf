variable "name" {
  type        = string
  description = "What the labels are for."
}

output "labels" {
  description = "The labels."
  value = {
    "app.kubernetes.io/name"       = var.name
    "app.kubernetes.io/managed-by" = "opentofu"
  }
}
