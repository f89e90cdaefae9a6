//! Many clients at once, and whatever comes back to one of them is its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{
    Request, Session, call, call_message, cancellation, initialize, loud_call, modern, post,
};
use crate::support::Site;
use crate::wire::{Answer, Client, Event};
use crate::world::World;

/// One of many clients, which knows its own text wherever it stands.
struct Somebody {
    number: usize,
    mark: String,
    address: SocketAddr,
    world: World,
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_receive_only_their_own_messages() {
    let site = Arc::new(Site::limited(Limits::default().json_grace(Duration::from_millis(2))).await);
    let clients = (0..200).map(|number| {
        let (address, world) = (site.address, site.world.clone());
        let somebody = Somebody { number, mark: format!("<<{number} of them>>"), address, world };
        tokio::spawn(async move {
            for _ in 0..2 {
                somebody.live().await;
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    site.serves().await;
}

impl Somebody {
    async fn live(&self) {
        match self.number % 8 {
            0 => self.calls().await,
            1 => self.listens_to_itself().await,
            2 => self.has_a_session().await,
            3 => self.comes_back().await,
            4 => self.goes_away().await,
            5 => self.changes_its_mind().await,
            6 => self.has_no_session().await,
            _ => self.is_told_of_changes().await,
        }
    }

    async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    async fn session(&self) -> Session {
        let answer = self.connect().await.ask(&initialize("2025-11-25")).await;
        Session { id: answer.header("mcp-session-id").unwrap().to_owned(), version: "2025-11-25" }
    }

    fn arguments(&self) -> Value {
        json!({ "text": self.mark })
    }

    /// Nothing that came is another one's.
    #[track_caller]
    fn assert_own(&self, text: &str) {
        for rest in text.split("<<").skip(1) {
            assert!(format!("<<{rest}").starts_with(&self.mark), "to {}: {text}", self.mark);
        }
    }

    #[track_caller]
    fn assert_answered(&self, answer: &Answer, id: &Value) {
        self.assert_own(&String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.messages().last().unwrap()["id"], *id, "{answer:?}");
        assert_eq!(answer.text(), self.mark);
    }

    #[track_caller]
    fn assert_events(&self, events: &[Event]) {
        events.iter().for_each(|event| self.assert_own(&event.data));
    }

    /// Everybody has the same ids.
    async fn calls(&self) {
        let mut client = self.connect().await;
        for id in 0..5 {
            let answer = client.ask(&call(json!(id), "echo", self.arguments())).await;
            self.assert_answered(&answer, &json!(id));
            let answer = client.ask(&loud_call(json!(id), "murmur", self.arguments(), json!(1))).await;
            self.assert_answered(&answer, &json!(id));
        }
    }

    async fn listens_to_itself(&self) {
        let uri = format!("test://{}", self.mark);
        let filter = json!({ "notifications": { "resourceSubscriptions": [uri] } });
        let mut client = self.connect().await;
        client.open(&modern(json!(1), "subscriptions/listen", filter)).await;
        self.assert_own(&client.message().await.to_string());
        for _ in 0..5 {
            self.world.notify().resource_updated(uri.clone());
            let message = client.message().await;
            assert_eq!(message["params"]["uri"], uri);
        }
    }

    async fn has_a_session(&self) {
        let session = self.session().await;
        let mut client = self.connect().await;
        for id in 0..5 {
            for tool in ["echo", "murmur"] {
                let answer = client.ask(&session.call(json!(id), tool, self.arguments())).await;
                self.assert_answered(&answer, &json!(id));
            }
        }
        assert_eq!(client.ask(&session.delete()).await.status, 204);
    }

    async fn comes_back(&self) {
        let session = self.session().await;
        let mut client = self.connect().await;
        client.open(&session.call(json!(1), "murmur", self.arguments())).await;
        let first = client.event().await.unwrap();
        drop(client);
        let mut client = self.connect().await;
        client.open(&session.get(Some(first.id()))).await;
        let rest = client.rest().await;
        self.assert_events(&rest);
        let text = rest.last().unwrap().message()["result"]["content"][0]["text"].clone();
        assert_eq!(text, self.mark);
    }

    async fn goes_away(&self) {
        for request in [call(json!(1), "wait", json!({})), call(json!(1), "murmur", self.arguments())] {
            let mut client = self.connect().await;
            client.send(request.bytes()).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut client = self.connect().await;
        client.open(&loud_call(json!(1), "murmur", self.arguments(), json!(1))).await;
        self.assert_events(&[client.event().await.unwrap()]);
    }

    async fn changes_its_mind(&self) {
        let session = self.session().await;
        for _ in 0..3 {
            let mut client = self.connect().await;
            client.open(&session.call(json!(1), "say_and_wait", json!({}))).await;
            let mut other = self.connect().await;
            assert_eq!(other.ask(&session.post(&cancellation(json!(1)))).await.status, 202);
            let rest = client.rest().await;
            assert!(rest.iter().all(|event| !event.data.contains("result")), "{rest:?}");
            let answer = other.ask(&session.call(json!(1), "echo", self.arguments())).await;
            self.assert_answered(&answer, &json!(1));
        }
    }

    async fn has_no_session(&self) {
        let message = call_message(json!(1), "murmur", self.arguments());
        let request = |body: String| -> Request { post(body) };
        let answer = self.connect().await.ask(&request(message.to_string())).await;
        self.assert_answered(&answer, &json!(1));
        let other = call_message(json!(2), "echo", self.arguments());
        let answer = self.connect().await.ask(&request(json!([message, other]).to_string())).await;
        self.assert_own(&String::from_utf8_lossy(&answer.body));
        let last: Value = serde_json::from_str(&answer.events().last().unwrap().data).unwrap();
        assert_eq!(last.as_array().unwrap().len(), 2);
    }

    async fn is_told_of_changes(&self) {
        let (session, uri) = (self.session().await, format!("test://{}", self.mark));
        let subscribe = session.request(json!(1), "resources/subscribe", json!({ "uri": uri }));
        assert_eq!(self.connect().await.ask(&subscribe).await.status, 200);
        let mut client = self.connect().await;
        client.open(&session.get(None)).await;
        client.event().await.unwrap();
        for _ in 0..5 {
            self.world.notify().resource_updated(uri.clone());
            assert_eq!(client.message().await["params"]["uri"], uri);
        }
    }
}
