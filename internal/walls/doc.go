// Package walls holds no code, only the test that keeps the packages of this module where the design puts them.
package walls
