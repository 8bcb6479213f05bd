//! A browser that signs in as a sync user.

use std::net::SocketAddr;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, Url};

/// A browser that follows a sign-in step by step.
#[derive(Debug)]
pub struct Browser {
    http: Client,
    address: SocketAddr,
}

/// A sign-in on its way.
#[derive(Debug, Clone)]
pub struct OnTheWay {
    /// Where Entra sent the browser back to.
    pub back: Url,
    /// What the browser brings with it.
    pub cookie: String,
}

impl Browser {
    /// A browser for the pages at this address.
    ///
    /// # Panics
    /// When there can be none.
    pub fn at(address: SocketAddr) -> Self {
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self { http: http.expect("a client"), address }
    }

    /// Opens a page.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Response {
        let answer = self.http.get(format!("http://{}{path}", self.address)).send().await;
        answer.expect("an answer")
    }

    /// Goes to Entra to sign in, and back as far as the redirect.
    ///
    /// # Panics
    /// When Entra does not send the browser back.
    pub async fn go(&self, tenant: &str, user: &str) -> OnTheWay {
        self.go_as(tenant, user, user).await
    }

    /// The same, and somebody else than was meant signs in there.
    ///
    /// # Panics
    /// When Entra does not send the browser back.
    pub async fn go_as(&self, tenant: &str, user: &str, actual: &str) -> OnTheWay {
        let begun = self.get(&format!("/sign-in/{tenant}/begin?user={user}")).await;
        assert_eq!(begun.status(), StatusCode::SEE_OTHER, "{:?}", begun.text().await);
        let header = |response: &Response, name| response.headers()[name].to_str().expect("text").to_owned();
        let cookie = header(&begun, SET_COOKIE).split(';').next().expect("a cookie").to_owned();
        let mut to: Url = header(&begun, LOCATION).parse().expect("an address");
        let query: Vec<(String, String)> = to.query_pairs().into_owned().collect();
        let hinted = |(name, value)| if name == "login_hint" { (name, actual.to_owned()) } else { (name, value) };
        to.query_pairs_mut().clear().extend_pairs(query.into_iter().map(hinted));
        let entra = self.http.get(to).send().await.expect("an answer of Entra");
        let status = entra.status();
        assert!(status.is_redirection(), "{status}: {:?}", entra.text().await);
        OnTheWay { back: header(&entra, LOCATION).parse().expect("an address"), cookie }
    }

    /// Comes back; gives the status and the page.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn come_back(&self, on_the_way: OnTheWay) -> (StatusCode, String) {
        let answer = self.http.get(on_the_way.back).header(COOKIE, on_the_way.cookie).send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a page"))
    }

    /// Signs in as this user.
    ///
    /// # Panics
    /// When that does not succeed.
    pub async fn sign_in(&self, tenant: &str, user: &str) {
        let (status, page) = self.come_back(self.go(tenant, user).await).await;
        assert_eq!(status, StatusCode::OK, "{page}");
    }
}
