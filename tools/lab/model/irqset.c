// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <unistd.h>

#include "irqset.h"

void irqset_init(struct irqset *is)
{
	memset(is->fd, 0xff, sizeof(is->fd));
}

void irqset_set(struct irqset *is, enum irq_index index, unsigned int vector,
		int fd)
{
	int *slot = &is->fd[index][vector];

	if (*slot >= 0)
		close(*slot);
	/* a full counter must not make us wait for QEMU */
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	*slot = fd;
}

void irqset_clear_index(struct irqset *is, enum irq_index index)
{
	unsigned int i;

	for (i = 0; i < IRQ_MAX_VECTORS; i++)
		irqset_set(is, index, i, -1);
}

void irqset_clear(struct irqset *is)
{
	unsigned int i;

	for (i = 0; i < NUM_IRQ_INDEX; i++)
		irqset_clear_index(is, i);
}

bool irqset_fire(struct irqset *is, enum irq_index index, unsigned int vector)
{
	u64 one = 1;
	ssize_t n;

	if (vector >= IRQ_MAX_VECTORS || is->fd[index][vector] < 0)
		return false;
	/* a full counter is signalled already */
	n = write(is->fd[index][vector], &one, sizeof(one));
	(void)n;
	return true;
}
