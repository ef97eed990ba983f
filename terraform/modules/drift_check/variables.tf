variable "mode" {
  description = "What a drift does: \"off\" runs no program, \"annotate\" puts a warning into the plan, \"fail\" stops the plan. TFDRIFT_GATE_MODE in the environment overrides it."
  type        = string
  default     = "annotate"
  nullable    = false

  validation {
    condition     = contains(["off", "annotate", "fail"], var.mode)
    error_message = "mode must be \"off\", \"annotate\" or \"fail\"."
  }
}

variable "fail_on" {
  description = "The lowest severity that stops a plan in mode \"fail\": \"low\", \"medium\", \"high\", \"critical\" or \"never\"; what lies below warns. Null leaves it to the program (low)."
  type        = string
  default     = null

  validation {
    condition     = var.fail_on == null ? true : contains(["low", "medium", "high", "critical", "never"], var.fail_on)
    error_message = "fail_on must be \"low\", \"medium\", \"high\", \"critical\" or \"never\"."
  }
}

variable "on_error" {
  description = "What a verdict that could not be reached does: \"fail\" stops the plan, \"warn\" puts a warning into it. Null leaves it to the program (fail)."
  type        = string
  default     = null

  validation {
    condition     = var.on_error == null ? true : contains(["fail", "warn"], var.on_error)
    error_message = "on_error must be \"fail\" or \"warn\"."
  }
}

variable "since" {
  description = "How far back event history is read: \"90m\", \"24h\", \"7d\", an ISO 8601 instant, or \"last-apply\". Null leaves it to the program (24h)."
  type        = string
  default     = null
}

variable "state" {
  description = "States to judge instead of this root module's own: paths or s3://bucket/key."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "events" {
  description = "Where event history is read: \"cloudtrail:\", files, folders, globs, s3://bucket/prefix, athena:DATABASE.TABLE or lake:ARN. Empty leaves it to the program (cloudtrail:)."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "regions" {
  description = "The regions whose event history is read. Empty takes those of the managed resources."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "rules" {
  description = "The rules file. Null takes .tfdrift-gate.yaml of the root module's folder or a parent up to the repository's root, else the built-in severities."
  type        = string
  default     = null
}

variable "assume_role" {
  description = "The ARN of a role to assume for reading event history, and Lambda with verify."
  type        = string
  default     = null
}

variable "profile" {
  description = "The AWS profile with which event history is read, and Lambda with verify."
  type        = string
  default     = null
}

variable "verify" {
  description = "Whether Lambda itself is asked if each finding still stands, one read a resource (README: what that may read). Null leaves it to the program (false)."
  type        = bool
  default     = null
}

variable "command" {
  description = "How the program is started."
  type        = list(string)
  default     = ["tfdrift-gate", "external"]
  nullable    = false

  validation {
    condition     = length(var.command) > 0
    error_message = "command must name a program, for example [\"uvx\", \"tfdrift-gate\", \"external\"]."
  }
}
