output "verdict" {
  description = "\"clean\", \"drift\", \"incomplete\" (a verdict could not be reached and on_error is \"warn\") or \"off\"."
  value       = local.verdict
}

output "max_severity" {
  description = "The worst finding's severity: \"low\", \"medium\", \"high\", \"critical\", or \"none\"."
  value       = local.result == null ? "none" : local.result.max_severity
}

output "finding_count" {
  description = "How many resources were changed by hand."
  value       = local.result == null ? 0 : tonumber(local.result.finding_count)
}

output "findings" {
  description = "The findings (at most 50) as the JSON report has them."
  value       = jsondecode(local.result == null ? "[]" : local.result.findings)
}

output "message" {
  description = "What the plan shows a person."
  value       = local.message
}

output "blocking" {
  description = "Whether anything at or above fail_on was found."
  value       = local.result == null ? false : local.result.blocking == "true"
}
