locals {
  # The program refuses a query of a module that is newer than itself, and says how to upgrade.
  module_version = "0.1.0"

  # What is not set is left out, so that the program's own defaults and TFDRIFT_GATE_... variables hold.
  query = { for name, value in {
    module_version = local.module_version
    dir            = path.root
    workspace      = terraform.workspace
    mode           = var.mode
    fail_on        = var.fail_on
    on_error       = var.on_error
    since          = var.since
    state          = join(",", var.state)
    events         = join(",", var.events)
    regions        = join(",", var.regions)
    rules          = var.rules
    assume_role    = var.assume_role
    profile        = var.profile
    verify         = var.verify == null ? null : tostring(var.verify)
  } : name => value if value != null && value != "" }

  # Always 1, but unknown or sensitive where an input is, and a for_each may be neither. An input that is known
  # after apply would make the read wait for the apply, and the plan would pass unchecked; a sensitive one
  # would lie open in the state, which keeps the query. This way both are an error in the plan instead.
  inputs           = jsonencode([local.query, var.command])
  once_if_readable = length(regexall("\u0000", local.inputs)) + (local.inputs == "" ? 0 : 1)
}

data "external" "this" {
  for_each = toset([for _ in range(var.mode == "off" ? 0 : local.once_if_readable) : "gate"])

  program = var.command
  query   = local.query

  lifecycle {
    # Stops a plan that would change something. In a refresh-only or destroy plan Terraform makes a warning of it,
    # and an apply does not ask again: an output's precondition would stop `apply -refresh-only` half-way.
    postcondition {
      condition     = !(self.result.mode == "fail" && self.result.blocking == "true")
      error_message = self.result.message
    }
  }
}

locals {
  result = one(values(data.external.this)[*].result)

  verdict = local.result == null ? "off" : local.result.verdict
  message = local.result == null ? "switched off: nothing was checked" : local.result.message

  # The mode in force is the program's to say, since the environment may override the module's.
  stops = local.result == null ? false : local.result.mode == "fail" && local.result.blocking == "true"
  warns = !local.stops && !contains(["clean", "off"], local.verdict)
}

# Only an assertion: data nested in a check block would make every plan show changes.
check "no_manual_changes" {
  assert {
    condition     = !local.warns
    error_message = local.message
  }
}
