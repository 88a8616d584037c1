//! The install script: tables before the functions, triggers and policies after their tables, privileges at the end.
//!
//! Functions in the schema engram are declared in these files, those in the extension's own schema by `#[pg_extern]`.

use pgrx::prelude::*;

extension_sql_file!("../../sql/schema/00_bootstrap.sql", name = "bootstrap", bootstrap);
extension_sql_file!("../../sql/schema/10_space.sql", name = "space", requires = ["bootstrap"]);
extension_sql_file!("../../sql/schema/20_memory.sql", name = "memory", requires = ["space"]);
extension_sql_file!("../../sql/schema/30_association.sql", name = "association", requires = ["memory"]);
extension_sql_file!("../../sql/schema/40_ledger.sql", name = "ledger", requires = ["association"]);
extension_sql_file!("../../sql/schema/45_life.sql", name = "life", requires = ["ledger"]);
extension_sql_file!("../../sql/schema/50_policies.sql", name = "policies", requires = ["life"]);
extension_sql_file!("../../sql/schema/60_triggers.sql", name = "triggers", requires = ["policies"]);
extension_sql_file!("../../sql/schema/70_views.sql", name = "views", requires = ["triggers"]);
extension_sql_file!("../../sql/schema/72_belief.sql", name = "belief", requires = ["views"]);
extension_sql_file!("../../sql/schema/73_undo.sql", name = "undo", requires = ["belief"]);
extension_sql_file!("../../sql/schema/74_beliefs.sql", name = "beliefs", requires = ["undo"]);
extension_sql_file!("../../sql/schema/75_scheduler.sql", name = "scheduler", requires = ["beliefs"]);
extension_sql_file!("../../sql/schema/77_metrics.sql", name = "metrics", requires = ["scheduler"]);
extension_sql_file!("../../sql/schema/80_dump.sql", name = "dump", requires = ["metrics"]);
extension_sql_file!("../../sql/schema/99_functions.sql", name = "functions", finalize);
