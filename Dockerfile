# The course in a container, with the CPU build of PyTorch:
#   docker build -t s2kit . && docker run --rm -p 8888:8888 --memory 2g s2kit
# and open the address with the token that it prints. What is saved in work/ is gone with the
# container, unless a folder is mounted there.
FROM mambaorg/micromamba:2.0-debian12
COPY --chown=$MAMBA_USER:$MAMBA_USER . /home/mambauser/s2kit
WORKDIR /home/mambauser/s2kit
RUN micromamba install --yes --name base --file environment.yml && micromamba clean --all --yes
EXPOSE 8888
CMD ["python", "-m", "s2kit", "lab", "--", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
