package store

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// way is one way to find what a query wants: indexes that together have every job wanted, and how many of the query's conditions they answer.
type way struct {
	indexes []string
	answers int
}

// ways are all there are. A query without conditions, or with one on time alone, has one.
func (q JobQuery) ways() (all []way) {
	if q.Of != "" {
		all = append(all, way{[]string{indexOf(q.Of)}, 1})
	}
	if q.Name != "" {
		all = append(all, way{[]string{indexName(q.Name)}, 1})
	}
	if q.Group != "" {
		all = append(all, way{[]string{indexGroup(q.Group)}, 1})
	}
	for k, v := range q.Labels {
		all = append(all, way{[]string{indexLabel(k, v)}, 1})
	}
	switch {
	case len(q.States) > 0:
		var names []string
		for _, st := range q.States {
			name := indexState(st)
			if q.User != "" {
				name = indexStateUser(st, q.User)
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		w := way{names, 1}
		if q.User != "" {
			w.answers = 2
		}
		all = append(all, w)
	case q.User != "":
		all = append(all, way{[]string{indexUser(q.User)}, 1})
	}
	if len(all) == 0 {
		all = []way{{[]string{indexAll}, 0}}
	}
	return all
}

// conditions is how many there are that an index may answer. Every index answers those on time.
func (q JobQuery) conditions() int {
	n := len(q.Labels)
	for _, given := range []bool{q.User != "", q.Group != "", q.Name != "", q.Of != "", len(q.States) > 0} {
		if given {
			n++
		}
	}
	return n
}

// shortest is the way with the fewest jobs on it. Only where there is a choice is anything asked.
func (s *Store) shortest(ctx context.Context, q JobQuery) (way, error) {
	ways := q.ways()
	if len(ways) == 1 {
		return ways[0], nil
	}
	lengths := make([]int64, len(ways))
	for uids := range slices.Chunk(q.SchedulerUIDs, max(1, pipelined/len(ways))) {
		var read []*redis.IntCmd
		var of []int
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for _, uid := range uids {
				for i, w := range ways {
					for _, index := range w.indexes {
						read = append(read, p.ZCard(ctx, slot(uid)+index))
						of = append(of, i)
					}
				}
			}
			return nil
		}); err != nil {
			return way{}, err
		}
		for n, i := range of {
			lengths[i] += read[n].Val()
		}
	}
	return ways[slices.Index(lengths, slices.Min(lengths))], nil
}

// bounds are those of the range of members that may be wanted, below a cursor.
func (q JobQuery) bounds(below string) (least, most string) {
	least, most = "-", "+"
	if !q.Since.IsZero() {
		least = "[" + instant(q.Since)
	}
	if !q.Until.IsZero() {
		most = "(" + instant(q.Until)
	}
	if below != "" && (q.Until.IsZero() || below < instant(q.Until)) {
		most = "(" + below
	}
	return least, most
}

// wants looks again at everything: the job may have changed since the index was read.
func (q JobQuery) wants(j Job) bool {
	switch {
	case q.User != "" && j.Spec.User != q.User,
		q.Group != "" && !slices.Contains(j.Spec.Groups, q.Group),
		q.Name != "" && j.Spec.Name != q.Name,
		q.Of != "" && j.Of != q.Of,
		len(q.States) > 0 && !slices.Contains(q.States, j.Status.State),
		!q.Since.IsZero() && j.Created.Before(millisecond(q.Since)),
		!q.Until.IsZero() && !j.Created.Before(millisecond(q.Until)):
		return false
	}
	for k, v := range q.Labels {
		if own, ok := j.Spec.Labels[k]; !ok || own != v {
			return false
		}
	}
	return true
}
