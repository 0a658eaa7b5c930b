module "labels" {
  source = "./modules/labels"
  name   = var.name
}

locals {
  hosts = { for part in var.parts : part => "${part}.${var.name}.${var.domain}" }
}
