package store

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// memberLength is the length of what follows the dash in a job's identifier, which stands for the job in its scheduler's indexes.
const memberLength = 26

// NewJobID makes the identifier of a new job: the scheduler's UID, a dash, and 26 characters of lower-case base 32 whose byte order is that
// of time to the millisecond, and chance for the rest.
func NewJobID(uid string, now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	rand.Read(b[6:])
	return uid + "-" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// JobScheduler reads the scheduler's UID back from a job's identifier; false: that cannot be one.
func JobScheduler(id string) (uid string, ok bool) {
	uid, member, _ := strings.Cut(id, "-")
	return uid, validUID(uid) && validMember(member)
}

// jobMember is the part of a job's identifier that its scheduler's indexes hold.
func jobMember(id string) string { return id[uidLength+1:] }

func validMember(m string) bool {
	return len(m) == memberLength && strings.IndexFunc(m, func(r rune) bool { return (r < 'a' || r > 'v') && (r < '0' || r > '9') }) < 0
}

// Token tags the job at its pool: its ID, and "-rN" from its second run on.
func (j Job) Token() string {
	if j.Status.Run == 0 {
		return j.ID
	}
	return j.ID + "-r" + strconv.Itoa(j.Status.Run)
}
