package wire

// What both sides of a connection keep to.
const (
	// MaxMessage is the largest message either way, in bytes. What may be larger is a stream.
	MaxMessage = 16 << 20
	// ChunkSize is how many bytes of a file or log go into one message.
	ChunkSize = 256 << 10
	// PageSize is how many statuses go into one message.
	PageSize = 500
	// MaxID and MaxCursor are the longest identifier and cursor that a driver may make, in bytes.
	MaxID     = 512
	MaxCursor = 4 << 10
	// MaxText is the longest text that a status or an error carries, in bytes; the rest is cut off. A full page of the longest ones is a message.
	MaxText = 8 << 10
	// MaxPoints is how many points an explanation has at most, MaxNodes how many nodes a pool is shown with, and MaxLabel the longest text of a node in bytes.
	MaxPoints = 100
	MaxNodes  = 1000
	MaxLabel  = 256
)

// RequestID is the key of the gRPC metadata that names a call in the logs of host and driver: any text of at most 64 bytes of [A-Za-z0-9-].
const RequestID = "oceanid-request-id"
