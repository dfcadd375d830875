#!/bin/bash
# A sweep on the nodes of a Slurm job: sbatch slurm.sh my_sweep.py /path/on/a/shared/disk
#
# Ray is started on each node; the sweep runs beside its head. A job that is requeued goes on where
# it was, and so does the same command again.
#SBATCH --job-name=sweep
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --gpus-per-node=4
#SBATCH --time=24:00:00
#SBATCH --requeue
set -euo pipefail
sweep_file=$1
directory=$2

head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export RAY_ADDRESS="$head:6379"
node=(--num-cpus="$SLURM_CPUS_PER_TASK" --num-gpus="${SLURM_GPUS_ON_NODE:-0}" --block)

srun --nodes=1 --ntasks=1 --nodelist="$head" \
    ray start --head --port=6379 --include-dashboard=false "${node[@]}" &
until ray status >/dev/null 2>&1; do sleep 2; done
if ((SLURM_NNODES > 1)); then
    srun --nodes=$((SLURM_NNODES - 1)) --ntasks=$((SLURM_NNODES - 1)) --exclude="$head" \
        ray start --address="$RAY_ADDRESS" "${node[@]}" &
fi

# Nodes may join late: trials begin on those that are there.
scaling-keras sweep "$sweep_file" --executor ray --directory "$directory"
