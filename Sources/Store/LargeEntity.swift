/// An entity whose state has become very large.
///
/// No limit changes what a state is: it would depend on the order of arrival.
package struct LargeEntity: Hashable, Sendable {
    /// Bytes of an encoded state past which it is told.
    package static let limit = 8 << 20

    /// The entity's id.
    package let id: String
    /// Bytes of its encoded state.
    package let bytes: Int
}
