//! How an application proves who it is: by its secret, by an assertion that it signed with a registered certificate,
//! or by one that another identity provider made for it.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;

use super::{aadsts::Aadsts, entra_token::Form};
use crate::{
    clock::iso_without_zone,
    state::{
        access::AppKind,
        quirks::Quirks,
        registration::{EXCHANGE, Registration},
        tenant::Tenant,
    },
};

/// The only kind of assertion.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks of an application and of Entra may be apart.
const SKEW_MS: i64 = 5 * 60_000;
/// The longest life of an assertion that an application signs itself.
const ASSERTION_MS: i64 = 10 * 60_000;

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    nbf: Option<i64>,
    exp: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is_exactly(&self, wanted: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(one) => wanted(one),
            Self::Several(several) => matches!(several.as_slice(), [one] if wanted(one)),
        }
    }
}

/// The application of this client id, if the tenant has it.
pub(super) fn application(tenant: &Tenant, client_id: &str) -> Result<AppKind, Aadsts> {
    let known = AppKind::ALL
        .into_iter()
        .find(|kind| tenant.access.app(*kind).client_id.eq_ignore_ascii_case(client_id))
        .filter(|kind| tenant.entra.registration(*kind).added);
    let directory = &tenant.access.directory;
    known.ok_or_else(|| {
        Aadsts::of(700_016).saying(format!(
            "Application with identifier '{client_id}' was not found in the directory '{directory}'. This can happen if \
             the application has not been installed by the administrator of the tenant or consented to by any user in \
             the tenant."
        ))
    })
}

/// Who asks for a token, proven.
pub(super) fn authenticate(
    tenant: &mut Tenant,
    now: i64,
    form: &Form,
    endpoint: &str,
    quirks: &Quirks,
) -> Result<AppKind, Aadsts> {
    let client_id = form.required("client_id")?;
    let app = application(tenant, client_id)?;
    let registration = tenant.entra.registration(app);
    if registration.disabled {
        return Err(Aadsts::of(7_000_112));
    }
    let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    if registration.public {
        return if secret.is_some() || assertion.is_some() { Err(Aadsts::of(700_025)) } else { Ok(app) };
    }
    match (secret, assertion) {
        (None, None) => Err(Aadsts::of(7_000_218)),
        (Some(secret), _) if secret != tenant.access.app(app).secret => Err(Aadsts::of(7_000_215).saying(format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client_id}'."
        ))),
        (Some(_), _) if registration.secret_expired => Err(Aadsts::of(7_000_222)),
        (Some(_), _) => Ok(app),
        (None, Some(_)) if form.get("client_assertion_type") != Some(JWT_BEARER) => {
            Err(Aadsts::of(900_144).saying(format!("'client_assertion_type' must be '{JWT_BEARER}'.")))
        }
        (None, Some(assertion)) => {
            let header = decode_header(assertion).map_err(|_| Aadsts::of(50_027))?;
            if header.x5t.is_some() || header.x5t_s256.is_some() {
                by_certificate(registration, client_id, assertion, &header, endpoint, now).and_then(|(jti, until)| {
                    let seen = tenant.entra.is_replay(jti, now, until);
                    if seen { Err(Aadsts::of(50_012).saying("The client assertion was used before.")) } else { Ok(app) }
                })
            } else {
                by_federation(registration, assertion, now, quirks).map(|()| app)
            }
        }
    }
}

/// Checks an assertion that the application signed; gives its id, and until when it is good.
fn by_certificate(
    registration: &Registration,
    client_id: &str,
    assertion: &str,
    header: &Header,
    endpoint: &str,
    now: i64,
) -> Result<(String, i64), Aadsts> {
    let unknown = || {
        Aadsts::of(700_027).saying("The certificate with the identifier of the assertion's header is not registered.")
    };
    let certificate = registration
        .certificates
        .iter()
        .filter_map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).ok())
        .find(|certificate| is_named(header, certificate))
        .ok_or_else(unknown)?;
    let key = public_key(&certificate).ok_or_else(unknown)?;
    let claims = verified(assertion, &key, &[Algorithm::PS256, Algorithm::RS256]).ok_or_else(|| Aadsts::of(700_027))?;
    let is_own = |claim: &Option<String>| claim.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(client_id));
    if !is_own(&claims.iss) || !is_own(&claims.sub) {
        return Err(Aadsts::of(700_021));
    }
    let path = endpoint.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let real = format!("https://login.microsoftonline.com{}", path.unwrap_or_default());
    if !claims.aud.is_some_and(|aud| aud.is_exactly(|aud| aud == endpoint || aud == real)) {
        return Err(Aadsts::of(700_023).saying(format!("The client assertion's audience has to be '{endpoint}'.")));
    }
    let (Some(nbf), Some(exp)) = (claims.nbf, claims.exp) else {
        return Err(Aadsts::of(700_024).saying("The client assertion needs both 'nbf' and 'exp'."));
    };
    within(now, Some(nbf), exp)?;
    if (exp - nbf) * 1_000 > ASSERTION_MS {
        return Err(Aadsts::of(700_024).saying("The client assertion is valid for longer than ten minutes."));
    }
    let jti = claims.jti.ok_or_else(|| Aadsts::of(50_027).saying("The client assertion has no 'jti'."))?;
    Ok((jti, exp * 1_000 + SKEW_MS))
}

/// Checks an assertion that another identity provider made.
fn by_federation(registration: &Registration, assertion: &str, now: i64, quirks: &Quirks) -> Result<(), Aadsts> {
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(assertion).map_err(|_| Aadsts::of(50_027))?;
    let (issuer, subject) = (claims.iss.unwrap_or_default(), claims.sub.unwrap_or_default());
    let unmatched = || {
        Aadsts::of(70_021).saying(format!(
            "No matching federated identity record found for presented assertion issuer '{issuer}' and subject \
             '{subject}'."
        ))
    };
    let federated = registration
        .federated
        .iter()
        .find(|federated| federated.issuer == issuer && federated.subject == subject)
        .filter(|federated| federated.added_ms.unwrap_or(0) + quirks.federation_delay_ms <= now)
        .ok_or_else(unmatched)?;
    if !claims.aud.is_some_and(|aud| aud.is_exactly(|aud| aud == EXCHANGE)) {
        return Err(unmatched().saying(format!(
            "No matching federated identity record found for the presented assertion's audience; it has to be \
             '{EXCHANGE}'."
        )));
    }
    let key =
        SubjectPublicKeyInfoDer::from_pem_slice(federated.public_key.as_bytes()).map_err(|_| Aadsts::of(50_012))?;
    let claims = verified(assertion, &key, &[Algorithm::RS256]).ok_or_else(|| Aadsts::of(50_012))?;
    within(now, claims.nbf, claims.exp.unwrap_or(0))
}

/// Whether a header names this certificate, by its SHA-256 or, as older libraries do, its SHA-1 thumbprint.
fn is_named(header: &Header, certificate: &CertificateDer<'_>) -> bool {
    let thumbprint = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, certificate));
    match (&header.x5t_s256, &header.x5t) {
        (Some(named), _) => *named == thumbprint(&SHA256),
        (None, Some(named)) => *named == thumbprint(&SHA1_FOR_LEGACY_USE_ONLY),
        (None, None) => false,
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    webpki::EndEntityCert::try_from(certificate).ok().map(|certificate| certificate.subject_public_key_info())
}

/// The claims of an assertion, if it was signed with this key. Its times are compared with the simulator's clock, not
/// here.
fn verified(assertion: &str, key: &SubjectPublicKeyInfoDer<'_>, algorithms: &[Algorithm]) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.algorithms = algorithms.to_vec();
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    decode(assertion, &DecodingKey::from_rsa_der(key), &validation).ok().map(|token| token.claims)
}

fn within(now: i64, nbf: Option<i64>, exp: i64) -> Result<(), Aadsts> {
    let early = nbf.is_some_and(|nbf| nbf * 1_000 > now + SKEW_MS);
    if early || exp * 1_000 + SKEW_MS <= now {
        let now = iso_without_zone(now);
        return Err(Aadsts::of(700_024)
            .saying(format!("The client assertion is not within its valid time range. Current time: {now}Z.")));
    }
    Ok(())
}

/// Whether these PEM texts hold what they should: what is wrong with the registration otherwise.
pub(crate) fn check(registration: &Registration) -> Result<(), String> {
    for (at, pem) in registration.certificates.iter().enumerate() {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| format!("certificates[{at}]: expected one certificate as PEM: {error}"))?;
        public_key(&certificate)
            .ok_or_else(|| format!("certificates[{at}]: expected an X.509 certificate, version 3"))?;
    }
    for (at, federated) in registration.federated.iter().enumerate() {
        SubjectPublicKeyInfoDer::from_pem_slice(federated.public_key.as_bytes())
            .map_err(|error| format!("federated[{at}].publicKey: expected a public RSA key as PEM: {error}"))?;
    }
    Ok(())
}
