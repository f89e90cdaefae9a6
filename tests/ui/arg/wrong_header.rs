use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(header = "The region")] region: &str,
        #[arg(header = "")] zone: &str,
        #[arg(header = "Tenant")] tenant: &str,
        #[arg(header = "tenant")] customer: &str,
    ) {
        let _ = (region, zone, tenant, customer);
    }
}

fn main() {}
