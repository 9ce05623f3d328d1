//! One request answered without a layer: for handlers that find out the name by themselves.

use std::future::Future;

use http::{HeaderMap, Method, Response};

use super::body::ResponseBody;
use super::lookup::{Answer, Lookup};
use super::path::decode;
use super::respond::{failed, not_found};

impl Lookup {
    /// The answer to a request for the decoded path `name`. `encoded` is the request's path as it
    /// came: with a bad escape in it nothing is found, as behind the layer.
    pub(crate) fn view(
        &self,
        name: &str,
        encoded: &str,
        method: &Method,
        headers: &HeaderMap,
    ) -> impl Future<Output = Response<ResponseBody<String>>> + Send + use<> {
        let answer = match decode(encoded) {
            Some(_) => self.answer(name, method, headers),
            None => Answer::Ready(not_found(method)),
        };
        async {
            let own = match answer {
                Answer::Ready(response) => response,
                Answer::Blocking(handle) => handle.await.unwrap_or_else(|_| failed()),
            };
            own.map(ResponseBody::own)
        }
    }
}

/// 404 as the layer answers it.
pub(crate) fn nothing_there(method: &Method) -> Response<ResponseBody<String>> {
    not_found(method).map(ResponseBody::own)
}
