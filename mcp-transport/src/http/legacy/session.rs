//! Sessions of earlier revisions.
//!
//! The id of a session is its sealed handshake, so every process with the key can continue it, and an idle session uses no
//! memory. A process holds only open streams, calls, and what the client requested after the handshake.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::request::Parts;
use mcpwright_server::{
    Caller, CloseReason, Connection, Handshake, Overloaded, Runtime as _, Seal, SessionId, Store, StoreError,
};

use crate::http::legacy::active::ActiveSession;
use crate::http::state::HttpState;
use crate::sync::lock;

/// The purpose that session ids are sealed for, with the version of their format. An id of another version cannot be opened:
/// its client must send `initialize` again.
const PURPOSE: &str = "mcp session 1";

/// Maximum length of a session id, in bytes.
const MAX_SESSION_ID_BYTES: usize = 6 << 10;

/// Interval at which unused sessions are dropped.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Timeout of the store.
const STORE_TIMEOUT: Duration = Duration::from_millis(250);

/// Returns the key in the store that marks a session as ended.
fn end_marker(session: SessionId) -> String {
    format!("mcp:session:{session}:ended")
}

/// Maximum number of session ids that are cached in their opened form.
const MAX_CACHED_TOKENS: usize = 1000;

/// An opened session id.
pub(crate) struct SessionToken {
    /// The key in the store that marks the session as ended.
    end_marker: String,
    /// The expiry, in seconds of Unix time.
    expires: u64,
    handshake: Handshake,
}

/// A cached session id, and its owner.
struct CachedToken {
    id: String,
    owner: String,
    scope: String,
    token: Arc<SessionToken>,
}

/// The reason why a session cannot be used.
pub(crate) enum SessionError {
    /// It does not exist, belongs to another caller, or has ended.
    NotFound,
    /// The store is unavailable.
    Unavailable,
}

/// The reason why a session cannot be held in memory.
pub(crate) enum TooManySessions {
    /// There are too many, and none is idle.
    NoneIdle,
    /// There are too many, and none may be evicted.
    Rejected,
}

/// Returns the error of a session above the limit, if none may be evicted.
pub(crate) fn too_many_sessions() -> Overloaded {
    Overloaded::new("too many sessions at once", Duration::from_secs(1))
}

/// The sessions of one server.
pub(crate) struct Sessions {
    state: Arc<HttpState>,
    seal: Seal,
    store: Arc<dyn Store>,
    /// Recently opened ids, by their [`tail`]: opening one takes longer than a small call.
    tokens: Mutex<HashMap<u64, CachedToken>>,
    active: Mutex<HashMap<SessionId, Arc<ActiveSession>>>,
    /// Incremented with each request: the session that was used last has the highest number.
    use_counter: AtomicU64,
    is_sweeping: AtomicBool,
}

impl Sessions {
    pub(crate) fn new(state: &Arc<HttpState>, seal: Seal, store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            state: Arc::clone(state),
            seal,
            store,
            tokens: Mutex::default(),
            active: Mutex::default(),
            use_counter: AtomicU64::new(0),
            is_sweeping: AtomicBool::new(false),
        })
    }

    /// Creates the id of a new session. Returns `None` if it would be too long to be accepted later.
    pub(crate) fn create_id(&self, caller: &Caller, scope: &str, handshake: &Handshake) -> Option<String> {
        let expires = self.unix_time() + self.state.limits.max_session_age.as_secs();
        let mut plain = Vec::from(handshake.id().to_bytes());
        plain.extend_from_slice(&expires.to_be_bytes());
        plain.extend_from_slice(handshake.to_text().as_bytes());
        let id = self.seal.seal(PURPOSE, &[caller.binding(), scope], &plain);
        // It must fit into the head of a request, with other fields.
        (id.len() <= MAX_SESSION_ID_BYTES.min(self.state.limits.max_header_bytes / 2)).then_some(id)
    }

    /// Opens the session id of a caller.
    pub(crate) async fn open(
        &self,
        caller: &Caller,
        scope: &str,
        id: &str,
    ) -> Result<Arc<SessionToken>, SessionError> {
        let token = self.unseal(caller, scope, id).ok_or(SessionError::NotFound)?;
        match with_store_timeout(self.store.get(&token.end_marker)).await {
            Ok(None) => Ok(token),
            Ok(Some(_)) => Err(SessionError::NotFound),
            Err(error) => {
                tracing::error!(%error, "cannot look up in the store if a session has ended");
                Err(SessionError::Unavailable)
            }
        }
    }

    fn unseal(&self, caller: &Caller, scope: &str, id: &str) -> Option<Arc<SessionToken>> {
        if id.len() > MAX_SESSION_ID_BYTES {
            return None;
        }
        let is_same = |cached: &&CachedToken| {
            cached.id == id && cached.owner == caller.binding() && cached.scope == scope
        };
        let cached =
            lock(&self.tokens).get(&tail(id)?).filter(is_same).map(|cached| Arc::clone(&cached.token));
        let token = match cached {
            Some(token) => token,
            None => self.unseal_uncached(caller, scope, id)?,
        };
        (token.expires > self.unix_time()).then_some(token)
    }

    fn unseal_uncached(&self, caller: &Caller, scope: &str, id: &str) -> Option<Arc<SessionToken>> {
        let plain = self.seal.open(PURPOSE, &[caller.binding(), scope], id)?;
        let (key, rest) = plain.split_first_chunk()?;
        let (expires, text) = rest.split_first_chunk()?;
        let (session, expires) = (SessionId::from_bytes(*key), u64::from_be_bytes(*expires));
        let handshake = Handshake::from_text(session, str::from_utf8(text).ok()?, &self.state.server)?;
        let token = Arc::new(SessionToken { end_marker: end_marker(session), expires, handshake });
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= MAX_CACHED_TOKENS {
            tokens.clear();
        }
        let (id, owner, tail) = (id.to_owned(), caller.binding().to_owned(), tail(id)?);
        tokens.insert(tail, CachedToken { id, owner, scope: scope.to_owned(), token: Arc::clone(&token) });
        Some(token)
    }

    /// Ends a session in all processes.
    pub(crate) async fn end(&self, caller: &Caller, token: &SessionToken) -> Result<(), StoreError> {
        let remaining = Duration::from_secs(token.expires.saturating_sub(self.unix_time()));
        with_store_timeout(self.store.put(&token.end_marker, b"", remaining)).await?;
        let active = lock(&self.active).remove(&token.handshake.id());
        if let Some(active) = active {
            active.end(CloseReason::Client);
        }
        // The session has ended, whatever becomes of its values.
        let removal = self.state.server.session_ended(caller, &token.handshake);
        if tokio::time::timeout(STORE_TIMEOUT, removal).await.is_err() {
            tracing::warn!("the values of an ended session stay in the store until they expire");
        }
        Ok(())
    }

    /// Returns the session as this process holds it.
    pub(crate) fn enter(
        self: &Arc<Self>,
        caller: Caller,
        token: &SessionToken,
    ) -> Result<SessionGuard, TooManySessions> {
        let now = self.use_counter.fetch_add(1, Ordering::Relaxed);
        let (mut table, id) = (lock(&self.active), token.handshake.id());
        if table.len() >= self.state.limits.max_sessions && !table.contains_key(&id) {
            if !self.state.limits.evict_sessions {
                return Err(TooManySessions::Rejected);
            }
            evict(&mut table).ok_or(TooManySessions::NoneIdle)?;
        }
        let active = Arc::clone(table.entry(id).or_insert_with(|| {
            let (server, handshake) = (self.state.server.clone(), token.handshake.clone());
            ActiveSession::new(&self.state, Connection::resume(server, caller, handshake))
        }));
        active.enter(now);
        drop(table);
        Ok(SessionGuard { id, sessions: Arc::clone(self), active })
    }

    /// Ends the standalone streams of all sessions: the process shuts down, and others continue the sessions.
    pub(crate) fn close(&self) {
        let active: Vec<_> = lock(&self.active).values().cloned().collect();
        active.iter().for_each(|active| active.streams().end_standalone());
    }

    /// Ends the sessions in memory: the process ends.
    pub(crate) fn end_all(&self) {
        let active = std::mem::take(&mut *lock(&self.active));
        active.values().for_each(|active| active.end(CloseReason::Shutdown));
    }

    /// Returns `true` if no session may be opened, because no other one may be evicted for it.
    pub(crate) fn is_full(&self) -> bool {
        let limits = &self.state.limits;
        !limits.evict_sessions && lock(&self.active).len() >= limits.max_sessions
    }

    fn leave(self: &Arc<Self>, id: SessionId, active: &Arc<ActiveSession>) {
        let mut table = lock(&self.active);
        if !active.leave() {
            return;
        }
        match table.entry(id) {
            Entry::Occupied(entry) if active.is_empty() && Arc::ptr_eq(entry.get(), active) => {
                entry.remove();
            }
            _ => {
                drop(table);
                self.sweep_later();
            }
        }
    }

    /// Drops unused sessions periodically, until none is left.
    fn sweep_later(self: &Arc<Self>) {
        if self.is_sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let weak = Arc::downgrade(self);
        self.state.runtime.handle().spawn(async move {
            loop {
                tokio::time::sleep(SWEEP_INTERVAL).await;
                let Some(sessions) = Weak::upgrade(&weak) else { return };
                if sessions.sweep() {
                    return;
                }
            }
        });
    }

    /// Drops unused sessions. Returns `true` if none is left.
    fn sweep(&self) -> bool {
        let mut table = lock(&self.active);
        let idle: Vec<_> = table
            .iter()
            .filter(|(_, active)| {
                active.is_idle()
                    && (active.drop_abandoned_streams()
                        || active.idle_time() > self.state.limits.session_idle_timeout)
            })
            .map(|(key, _)| *key)
            .collect();
        let ended: Vec<_> = idle.iter().filter_map(|key| table.remove(key)).collect();
        let is_over = table.is_empty();
        if is_over {
            self.is_sweeping.store(false, Ordering::Release);
        }
        drop(table);
        ended.iter().for_each(|active| active.end(CloseReason::Released));
        is_over
    }

    /// Returns the scope of the sessions of a request's endpoint.
    pub(crate) fn scope(&self, parts: &Parts) -> &str {
        self.state.session_scope(parts)
    }

    /// Returns the Unix time, in seconds.
    fn unix_time(&self) -> u64 {
        let time: SystemTime = self.state.runtime.system_time();
        time.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }
}

/// Returns the end of an id, which is part of the tag of its seal: it is as good as random, and shorter than the whole.
fn tail(id: &str) -> Option<u64> {
    id.as_bytes().last_chunk().map(|tail| u64::from_ne_bytes(*tail))
}

/// Waits for the answer of the store, within its timeout.
async fn with_store_timeout<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let mut answer = pin!(answer);
    // Most answers are ready at once, and need no timer.
    if let Poll::Ready(answer) = futures::poll!(answer.as_mut()) {
        return answer;
    }
    let answer = tokio::time::timeout(STORE_TIMEOUT, answer).await;
    answer.unwrap_or_else(|_| Err(format!("the store took longer than {STORE_TIMEOUT:?}").into()))
}

/// Evicts the session that has been idle longest.
fn evict(table: &mut HashMap<SessionId, Arc<ActiveSession>>) -> Option<()> {
    let idle = table.iter().filter(|(_, active)| active.is_idle());
    let (&key, _) = idle.min_by_key(|(_, active)| active.last_use())?;
    table.remove(&key)?.end(CloseReason::Released);
    Some(())
}

/// A session in use by a request or an open stream.
pub(crate) struct SessionGuard {
    id: SessionId,
    sessions: Arc<Sessions>,
    active: Arc<ActiveSession>,
}

impl Deref for SessionGuard {
    type Target = Arc<ActiveSession>;

    fn deref(&self) -> &Arc<ActiveSession> {
        &self.active
    }
}

impl Clone for SessionGuard {
    fn clone(&self) -> Self {
        self.active.enter(self.active.last_use());
        Self { id: self.id, sessions: Arc::clone(&self.sessions), active: Arc::clone(&self.active) }
    }
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        self.sessions.leave(self.id, &self.active);
    }
}
