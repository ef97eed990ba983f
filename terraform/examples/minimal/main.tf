# The smallest root module with the gate.

variable "mode" {
  description = "What a drift does: \"off\", \"annotate\" or \"fail\"."
  type        = string
  default     = "fail"
}

module "drift_check" {
  source = "../../modules/drift_check"
  mode   = var.mode
}
