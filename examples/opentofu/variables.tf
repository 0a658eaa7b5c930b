variable "name" {
  type        = string
  description = "What the site is called."
}

variable "domain" {
  type        = string
  description = "The domain that its hosts are in."
  default     = "example.com"
}

variable "parts" {
  type        = set(string)
  description = "The parts that have a host each."
  default     = ["www", "api"]
}
