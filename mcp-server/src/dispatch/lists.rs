//! `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list`.

use std::borrow::Cow;

use mcpwright_core::ErrorObject;
use serde::Deserialize;

use crate::call::Call;
use crate::call::outcome::Answer;
use crate::server::Server;
use crate::server::catalog_items::{CatalogItems, Provider};
use crate::server::list_kind::{ListEntry, ListKind as _};
use crate::server::rendered_list::List;

/// The parameters of a list request, without `_meta`.
#[derive(Deserialize)]
struct ListParams<'a> {
    #[serde(borrow, default)]
    cursor: Option<Cow<'a, str>>,
}

impl Server {
    /// Returns the requested page of a list.
    pub(crate) async fn list<H: ListEntry, P: Provider<H> + ?Sized>(
        &self,
        call: &Call,
        items: &CatalogItems<H, P>,
    ) -> Result<Answer, ErrorObject> {
        let cursor = call.read::<ListParams<'_>>()?.cursor;
        let view = self.view_of(call);
        let caching = self.private_if(items.varies(&view));
        let list = List { member: H::Kind::LIST, page_size: self.state.page_size, caching };
        items.rendered(&view).await?.page(&list, cursor.as_deref()).map(Answer::page)
    }
}
