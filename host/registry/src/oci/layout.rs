//! How a component is kept in a registry: the "Wasm OCI Artifact layout" of the CNCF's WebAssembly working group.
//!
//! | part | media type | holds |
//! |---|---|---|
//! | manifest | `application/vnd.oci.image.manifest.v1+json` | the digests of the other two |
//! | configuration | `application/vnd.wasm.config.v0+json` | imports and exports, for whoever searches a registry |
//! | the one layer | `application/wasm` | the component |

use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest, OciManifest};
use serde::Serialize;
use wasmparser::{Encoding, Parser, Payload};

use super::error::tamed;
use crate::digest::Digest;
use crate::signature::{self, SignatureError};

const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const COMPONENT: &str = "application/wasm";

/// The layout wants a moment of creation. Always the same one, so that the same component is the same version wherever and
/// whenever it is pushed.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What is pushed: first the blobs with their digests, then what names them.
pub(super) struct Artifact {
    pub(super) blobs: [(Vec<u8>, String); 2],
    pub(super) manifest: OciImageManifest,
}

/// The configuration.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [Digest; 1],
    component: Names<'a>,
}

/// The names of the outermost imports and exports.
#[derive(Serialize)]
struct Names<'a> {
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
}

/// A component as a registry keeps it.
pub(super) fn artifact(component: &[u8]) -> Result<Artifact, SignatureError> {
    signature::intact(component)?;
    let description = Description {
        created: CREATED,
        architecture: "wasm",
        os: "wasip2", // the layout's word for a component, also for one that imports nothing of WASI
        layer_digests: [Digest::of(component)],
        component: names(component)?,
    };
    let config =
        serde_json::to_vec(&description).map_err(|error| SignatureError::Damaged { reason: error.to_string() })?;
    let described = |kind: &str, bytes: &[u8]| OciDescriptor {
        media_type: kind.to_owned(),
        digest: Digest::of(bytes).to_string(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..OciDescriptor::default()
    };
    let manifest = OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        config: described(CONFIG, &config),
        layers: vec![described(COMPONENT, component)],
        ..OciImageManifest::default()
    };
    let blobs = [(component.to_owned(), Digest::of(component).to_string()), (config, manifest.config.digest.clone())];
    Ok(Artifact { blobs, manifest })
}

/// Where the component is, by its manifest; else what the manifest is of.
pub(super) fn component(manifest: &OciManifest) -> Result<OciDescriptor, String> {
    let OciManifest::Image(manifest) = manifest else {
        return Err("an index of several artifacts".to_owned());
    };
    let kind = &manifest.config.media_type;
    if kind != CONFIG {
        let kind = manifest.artifact_type.as_ref().unwrap_or(kind);
        return Err(format!("an artifact of the kind {}", tamed(kind)));
    }
    match manifest.layers.as_slice() {
        // Other places that a manifest names are not asked: it could name any machine within reach.
        [layer] if layer.media_type == COMPONENT => Ok(OciDescriptor { urls: None, ..layer.clone() }),
        [layer] => Err(format!("an artifact that holds {}", tamed(&layer.media_type))),
        layers => Err(format!("an artifact of {} parts instead of one", layers.len())),
    }
}

fn names(component: &[u8]) -> Result<Names<'_>, SignatureError> {
    let damaged = |error: wasmparser::BinaryReaderError| SignatureError::Damaged {
        reason: format!("{} (at byte {})", error.message(), error.offset()),
    };
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding: Encoding::Module | Encoding::Component, .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push(import.map_err(damaged)?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(export.map_err(damaged)?.name.name);
                }
            }
            _ => {}
        }
    }
    Ok(Names { imports, exports })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn component_bytes() -> Vec<u8> {
        wat::parse_str(r#"(component (import "a:b/c" (instance $c)) (export "d:e/f" (instance $c)) (core module (import "x" "y" (func))))"#)
            .unwrap()
    }

    #[test]
    fn an_artifact_says_what_the_component_imports_and_exports() {
        let artifact = artifact(&component_bytes()).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&artifact.blobs[1].0).unwrap();
        assert_eq!(config["component"], json!({"imports": ["a:b/c"], "exports": ["d:e/f"]}));
        assert_eq!(config["layerDigests"][0], artifact.manifest.layers[0].digest);
        assert!(component(&OciManifest::Image(artifact.manifest)).is_ok());
    }

    #[test]
    fn something_else_in_a_registry_is_named_by_its_kind() {
        let whole = artifact(&component_bytes()).unwrap().manifest;
        let said = |change: &dyn Fn(&mut OciImageManifest)| {
            let mut manifest = whole.clone();
            change(&mut manifest);
            component(&OciManifest::Image(manifest)).unwrap_err()
        };
        let image = "application/vnd.oci.image.config.v1+json";
        assert_eq!(
            said(&|manifest| manifest.config.media_type = image.into()),
            format!("an artifact of the kind {image}")
        );
        assert_eq!(said(&|manifest| manifest.layers.clear()), "an artifact of 0 parts instead of one");
        assert_eq!(
            said(&|manifest| manifest.layers[0].media_type = "text/plain".into()),
            "an artifact that holds text/plain"
        );
    }

    #[test]
    fn other_places_that_a_manifest_names_are_forgotten() {
        let mut manifest = artifact(&component_bytes()).unwrap().manifest;
        manifest.layers[0].urls = Some(vec!["http://10.0.0.1/".to_owned()]);
        assert_eq!(component(&OciManifest::Image(manifest)).unwrap().urls, None);
    }

    #[test]
    fn only_a_component_is_pushed() {
        let module = wat::parse_str("(module)").unwrap();
        assert!(matches!(artifact(&module), Err(SignatureError::NotAComponent { .. })));
        assert!(artifact(&component_bytes()[..20]).is_err());
    }
}
