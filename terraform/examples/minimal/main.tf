# The smallest root module with the gate: three lines.
module "drift_check" {
  source = "../../modules/drift_check"
  mode   = "fail"
}
