/// The description of the API, `openapi.json` beside this file.
enum OpenAPIDocument {
    /// The document as it is served.
    static let bytes = PackageResources.openapi_json
}
