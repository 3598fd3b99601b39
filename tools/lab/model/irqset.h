/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event descriptors that QEMU hands over for a device's interrupts.
 * Guarded by the controller's lock.
 */
#ifndef MODEL_IRQSET_H
#define MODEL_IRQSET_H

#include "util.h"

enum irq_index {
	IRQ_INTX,
	IRQ_MSI,
	IRQ_MSIX,
	NUM_IRQ_INDEX
};

#define IRQ_MAX_VECTORS	2048	/* MSI-X table size field, 11 bits */

struct irqset {
	int fd[NUM_IRQ_INDEX][IRQ_MAX_VECTORS];	/* -1: not connected */
};

void irqset_init(struct irqset *is);
/* Close every descriptor. */
void irqset_clear(struct irqset *is);
void irqset_clear_index(struct irqset *is, enum irq_index index);

/**
 * irqset_set() - connect one vector
 * @is: the device's interrupts
 * @index: kind
 * @vector: 0..IRQ_MAX_VECTORS-1
 * @fd: event descriptor, taken over; -1 disconnects
 */
void irqset_set(struct irqset *is, enum irq_index index, unsigned int vector,
		int fd);

/* Return: true if a descriptor was there to signal. Never blocks. */
bool irqset_fire(struct irqset *is, enum irq_index index, unsigned int vector);

#endif
