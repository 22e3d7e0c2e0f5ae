package host

import (
	"context"
	"errors"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
)

// Inspector looks at what a host would be made of, without being one: it opens no store, keeps nothing and connects to no pool. It is for programs that list drivers
// or check a configuration, above all where Open would fail, or must not take effect.
type Inspector struct {
	host  *Host
	wrong error // what the configuration says wrongly, as far as that is known without drivers
}

// Inspect reads the configuration and looks for drivers; it starts none. Mistakes in the configuration are left to CheckConfig; only one that cannot be read is an
// error. Close ends it.
func Inspect(o Options) (*Inspector, error) {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	file, _, err := load(o)
	if file == nil {
		return nil, err
	}
	sources, failed := catalogOptions(o, file)
	if failed != nil {
		return nil, errors.Join(err, failed)
	}
	sources.NoRestarts = true
	i := &Inspector{host: &Host{log: o.Log, options: o, catalog: catalog.Open(sources)}, wrong: err}
	i.host.file.Store(file)
	return i, nil
}

// Drivers lists every candidate as Host.Drivers does.
func (i *Inspector) Drivers() []Driver { return i.host.Drivers() }

// DescribeDriver asks a driver what it is as Host.DescribeDriver does.
func (i *Inspector) DescribeDriver(ctx context.Context, name string) (Description, error) {
	return i.host.DescribeDriver(ctx, name)
}

// CheckConfig has every scheduler's driver check its part of the configuration. The error tells every mistake, also those that need no driver to be seen.
func (i *Inspector) CheckConfig(ctx context.Context) error {
	wrong := []error{i.wrong}
	p := i.host.plan()
	for _, b := range p.file.Schedulers {
		d, err := p.scheduler(ctx, b)
		if err == nil {
			err = d.accepted(ctx)
		}
		wrong = append(wrong, err)
	}
	return config.Join(wrong...)
}

// Close drains the drivers that were started and stops them. ctx bounds it.
func (i *Inspector) Close(ctx context.Context) error { return i.host.catalog.Close(ctx) }
