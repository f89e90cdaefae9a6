//! The type whose methods are handlers, if there is one.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::ast::server::{BlockFunction, Server};
use crate::expand::span::hygienic_at;

/// The scope in which handlers are called: an `impl` block, or none for free functions.
pub(crate) struct Owner<'a> {
    functions: Option<&'a HashMap<Ident, BlockFunction>>,
}

impl<'a> Owner<'a> {
    /// The type of an `impl` block.
    pub(crate) fn of_block(server: &'a Server) -> Self {
        Self { functions: Some(&server.functions) }
    }

    /// No type: the function is free.
    pub(crate) fn none() -> Self {
        Self { functions: None }
    }

    /// The path of a handler's function. `Self` is the type of the generated `impl` block.
    pub(crate) fn path(&self, function: &Ident) -> TokenStream {
        match self.functions {
            Some(_) => quote_spanned!(hygienic_at(function.span())=> Self::#function),
            None => function.to_token_stream(),
        }
    }

    /// Finds a function of the block.
    pub(crate) fn function(&self, name: &Ident) -> Option<BlockFunction> {
        self.functions?.get(name).copied()
    }
}
