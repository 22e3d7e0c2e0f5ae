package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	redisNodes = 3
	redisSlots = 16384
)

// setUpRedisCluster starts three masters and makes them one cluster. A new
// node refuses work for two seconds, which no setting shortens: waiting for
// that is left to the end of the lab's start.
func (l *Lab) setUpRedisCluster(ctx context.Context, _ Options) error {
	l.inventPassword()
	for n := range redisNodes {
		port := redisNodePort + n
		err := l.launchRedis(ctx, redisServer{
			process: fmt.Sprintf("redis-node-%d", n+1),
			port:    port,
			config:  l.redisStoreConfig() + "cluster-enabled yes\ncluster-node-timeout 2000\ncluster-announce-ip " + l.Addr() + "\n",
			answers: func(ctx context.Context) error { return l.nodeKnowsAll(ctx, port) },
		})
		if err != nil {
			return err
		}
		l.redis.Cluster = append(l.redis.Cluster, l.redisAddr(port))
	}
	for n := range redisNodes {
		if err := l.joinNode(ctx, n); err != nil {
			return fmt.Errorf("cannot make the Redis Cluster: %w", err)
		}
	}
	return nil
}

// joinNode gives the node its share of the slots and makes it known to the first.
func (l *Lab) joinNode(ctx context.Context, n int) error {
	port := redisNodePort + n
	err := poll(ctx, func() error {
		_, err := l.askRedis(ctx, port, "PING")
		return err
	})
	if err != nil {
		return err
	}
	first, last := n*redisSlots/redisNodes, (n+1)*redisSlots/redisNodes-1
	if _, err := l.askRedis(ctx, port, fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", first, last)); err != nil {
		return err
	}
	if n == 0 {
		return nil
	}
	_, err = l.askRedis(ctx, port, fmt.Sprintf("CLUSTER MEET %s %d", l.Addr(), redisNodePort))
	return err
}

func (l *Lab) nodeKnowsAll(ctx context.Context, port int) error {
	info, err := l.askRedis(ctx, port, "CLUSTER INFO")
	if err != nil {
		return err
	}
	for _, want := range []string{"cluster_state:ok", fmt.Sprintf("cluster_known_nodes:%d", redisNodes)} {
		if !strings.Contains(info, want) {
			return errors.New(strings.ReplaceAll(info, "\n", " "))
		}
	}
	return nil
}
