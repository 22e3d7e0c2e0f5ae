// Package reference writes the page that explains a driver to the operators of portals, from what the driver says of itself.
package reference
