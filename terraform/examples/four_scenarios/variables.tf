variable "mode" {
  description = "What a drift does: \"off\", \"annotate\" or \"fail\"."
  type        = string
  default     = "fail"
}

variable "command" {
  description = "How the gate's program is started."
  type        = list(string)
  default     = ["tfdrift-gate", "external"]
}

variable "package" {
  description = "A zip file with the functions' code (app.py with a handler)."
  type        = string
  default     = "app.zip"
}
