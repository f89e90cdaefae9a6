use mcpwright::{Context, Ext, FromContext, ToolError, server};

struct Admin(String);

impl FromContext for Admin {
    type Rejection = ToolError;

    fn from_context(context: &Context) -> Result<Self, ToolError> {
        Ok(Self(context.caller().to_string()))
    }
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, _limit: u32, (from, to): (u32, u32), _context: &Context, Admin(name): Admin, _shared: Ext<u32>) {
        let _ = (from, to, name);
    }
}

fn main() {}
