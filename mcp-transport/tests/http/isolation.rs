//! Many concurrent clients, each of which must receive only its own messages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::client::{Client, Event, Response};
use crate::probe::Probe;
use crate::requests::{
    Request, Session, call, call_message, call_with_progress, cancellation, initialize, modern, post,
};
use crate::support::TestServer;

/// One of many concurrent clients, with a marker text that identifies its messages.
struct TestClient {
    number: usize,
    marker: String,
    address: SocketAddr,
    probe: Probe,
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_receive_only_their_own_messages() {
    let server =
        Arc::new(TestServer::with_limits(Limits::default().json_grace(Duration::from_millis(2))).await);
    let clients = (0..200).map(|number| {
        let (address, probe) = (server.address, server.probe.clone());
        let test_client = TestClient { number, marker: format!("<<{number} of them>>"), address, probe };
        tokio::spawn(async move {
            for _ in 0..2 {
                test_client.run().await;
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    server.expect_served().await;
}

impl TestClient {
    async fn run(&self) {
        match self.number % 8 {
            0 => self.call_tools().await,
            1 => self.subscribe_to_own_resource().await,
            2 => self.use_session().await,
            3 => self.resume_stream().await,
            4 => self.disconnect().await,
            5 => self.cancel_calls().await,
            6 => self.call_without_session().await,
            _ => self.receive_resource_updates().await,
        }
    }

    async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    async fn session(&self) -> Session {
        let response = self.connect().await.send_request(&initialize("2025-11-25")).await;
        Session { id: response.header("mcp-session-id").unwrap().to_owned(), version: "2025-11-25" }
    }

    fn arguments(&self) -> Value {
        json!({ "text": self.marker })
    }

    /// Asserts that `text` contains no marker of another client.
    #[track_caller]
    fn assert_own_marker(&self, text: &str) {
        for rest in text.split("<<").skip(1) {
            assert!(format!("<<{rest}").starts_with(&self.marker), "to {}: {text}", self.marker);
        }
    }

    #[track_caller]
    fn assert_response(&self, response: &Response, id: &Value) {
        self.assert_own_marker(&String::from_utf8_lossy(&response.body));
        assert_eq!(response.messages().last().unwrap()["id"], *id, "{response:?}");
        assert_eq!(response.text(), self.marker);
    }

    #[track_caller]
    fn assert_events(&self, events: &[Event]) {
        events.iter().for_each(|event| self.assert_own_marker(&event.data));
    }

    /// All clients use the same request ids.
    async fn call_tools(&self) {
        let mut client = self.connect().await;
        for id in 0..5 {
            let response = client.send_request(&call(json!(id), "echo", self.arguments())).await;
            self.assert_response(&response, &json!(id));
            let response = client
                .send_request(&call_with_progress(json!(id), "repeat", self.arguments(), json!(1)))
                .await;
            self.assert_response(&response, &json!(id));
        }
    }

    async fn subscribe_to_own_resource(&self) {
        let uri = format!("test://{}", self.marker);
        let filter = json!({ "notifications": { "resourceSubscriptions": [uri] } });
        let mut client = self.connect().await;
        client.open(&modern(json!(1), "subscriptions/listen", filter)).await;
        self.assert_own_marker(&client.message().await.to_string());
        for _ in 0..5 {
            self.probe.notify().resource_updated(uri.clone());
            let message = client.message().await;
            assert_eq!(message["params"]["uri"], uri);
        }
    }

    async fn use_session(&self) {
        let session = self.session().await;
        let mut client = self.connect().await;
        for id in 0..5 {
            for tool in ["echo", "repeat"] {
                let response = client.send_request(&session.call(json!(id), tool, self.arguments())).await;
                self.assert_response(&response, &json!(id));
            }
        }
        assert_eq!(client.send_request(&session.delete()).await.status, 204);
    }

    async fn resume_stream(&self) {
        let session = self.session().await;
        let mut client = self.connect().await;
        client.open(&session.call(json!(1), "repeat", self.arguments())).await;
        let first = client.event().await.unwrap();
        drop(client);
        let mut client = self.connect().await;
        client.open(&session.get(Some(first.id()))).await;
        let rest = client.remaining_events().await;
        self.assert_events(&rest);
        let text = rest.last().unwrap().message()["result"]["content"][0]["text"].clone();
        assert_eq!(text, self.marker);
    }

    async fn disconnect(&self) {
        for request in [call(json!(1), "wait", json!({})), call(json!(1), "repeat", self.arguments())] {
            let mut client = self.connect().await;
            client.send(request.bytes()).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut client = self.connect().await;
        client.open(&call_with_progress(json!(1), "repeat", self.arguments(), json!(1))).await;
        self.assert_events(&[client.event().await.unwrap()]);
    }

    async fn cancel_calls(&self) {
        let session = self.session().await;
        for _ in 0..3 {
            let mut client = self.connect().await;
            client.open(&session.call(json!(1), "progress_and_wait", json!({}))).await;
            let mut other = self.connect().await;
            assert_eq!(other.send_request(&session.post(&cancellation(json!(1)))).await.status, 202);
            let rest = client.remaining_events().await;
            assert!(rest.iter().all(|event| !event.data.contains("result")), "{rest:?}");
            let response = other.send_request(&session.call(json!(1), "echo", self.arguments())).await;
            self.assert_response(&response, &json!(1));
        }
    }

    async fn call_without_session(&self) {
        let message = call_message(json!(1), "repeat", self.arguments());
        let request = |body: String| -> Request { post(body) };
        let response = self.connect().await.send_request(&request(message.to_string())).await;
        self.assert_response(&response, &json!(1));
        let other = call_message(json!(2), "echo", self.arguments());
        let response = self.connect().await.send_request(&request(json!([message, other]).to_string())).await;
        self.assert_own_marker(&String::from_utf8_lossy(&response.body));
        let last: Value = serde_json::from_str(&response.events().last().unwrap().data).unwrap();
        assert_eq!(last.as_array().unwrap().len(), 2);
    }

    async fn receive_resource_updates(&self) {
        let (session, uri) = (self.session().await, format!("test://{}", self.marker));
        let subscribe = session.request(json!(1), "resources/subscribe", json!({ "uri": uri }));
        assert_eq!(self.connect().await.send_request(&subscribe).await.status, 200);
        let mut client = self.connect().await;
        client.open(&session.get(None)).await;
        client.event().await.unwrap();
        for _ in 0..5 {
            self.probe.notify().resource_updated(uri.clone());
            assert_eq!(client.message().await["params"]["uri"], uri);
        }
    }
}
