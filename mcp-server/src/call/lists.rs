//! `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list`.

use std::borrow::Cow;

use mcpwright_core::ErrorObject;
use serde::Deserialize;

use super::{Answer, Call};
use crate::Server;
use crate::catalogue::List;
use crate::offered::{Listed, Offered, Source};

/// What a list reads of its parameters: what every request has beside them was read before.
#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow, default)]
    cursor: Option<Cow<'a, str>>,
}

impl Server {
    /// A page of one of the lists.
    pub(super) async fn list<H: Listed, P: Source<H> + ?Sized>(
        &self,
        call: &Call,
        offered: &Offered<H, P>,
    ) -> Result<Answer, ErrorObject> {
        let cursor = call.read::<Params<'_>>()?.cursor;
        let list = List { member: H::LIST, page_size: self.offer.page_size, caching: self.offer.caching };
        offered.written().await?.page(&list, cursor.as_deref()).map(Answer::page)
    }
}
